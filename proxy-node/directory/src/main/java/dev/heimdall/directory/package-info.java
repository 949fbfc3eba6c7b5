/**
 * Log-ins that a directory decides on, by LDAP: whether a password is right, and which groups its
 * user is in. Asks servers in turn, never more at once than it may, and remembers for a while what
 * they said. Knows no proxy and no protocol of a database.
 */
package dev.heimdall.directory;
