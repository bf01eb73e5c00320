/** A shop: two instances of an application of Spring Boot over one database. */
package dev.pawl.sample;
