/**
 * Who gets in and how: TLS on both sides, log-in, passthrough, PROXY protocol, cancel keys and
 * secrets, against a real PostgreSQL with TLS. Nothing here is about what happens after the log-in.
 */
package dev.heimdall.test.secure;
