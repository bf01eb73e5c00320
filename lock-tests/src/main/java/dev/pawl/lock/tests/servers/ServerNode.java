package dev.pawl.lock.tests.servers;

import java.util.Map;

/**
 * One server process, with the processes it makes.
 *
 * @param port where it listens
 * @param files name and content of what it finds in its working directory, which holds its data
 * @param start a shell script that ends in {@code exec} of the server; {@code $ADDRESS} is where to listen, {@code ..} a
 *     directory that outlives the data
 * @param afterKill a shell script that removes what keeps a killed server from starting again
 */
record ServerNode(int port, Map<String, String> files, String start, String afterKill) {}
