/**
 * Bytes of the MySQL protocol, as MySQL and MariaDB have it: packets, length-encoded values,
 * capabilities, OK, ERR and EOF, state changes that servers report. It knows no session and no
 * connection, and never another dialect.
 */
package dev.heimdall.engine.wire.mysql;
