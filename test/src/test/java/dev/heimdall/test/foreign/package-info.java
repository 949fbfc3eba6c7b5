/**
 * Statements that rules forward to a real MariaDB, through the node over JDBC. What is said of the
 * protocol holds for every client; what is said of types is MariaDB's and MySQL's alike.
 */
package dev.heimdall.test.foreign;
