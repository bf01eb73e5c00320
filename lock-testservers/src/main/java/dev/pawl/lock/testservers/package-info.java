/**
 * Real servers for tests: each fixture starts one, and can do to it what production does. They come from a Docker engine
 * where one answers, else from binaries on Maven Central; {@code -Dpawl.servers=docker} or {@code embedded} forces one. MariaDB
 * and MySQL run in Docker only. {@link dev.pawl.lock.testservers.TcpProxy} is the network between clients and a server.
 */
@NullMarked
package dev.pawl.lock.testservers;

import org.jspecify.annotations.NullMarked;
