/**
 * Rules for who may log in as whom, and the credential arithmetic of both sides: what a client has
 * to prove to the node, and what the node proves to a database. No frames, no sockets, no event
 * loop, no waiting: messages come and go as bytes, failures as values that already carry
 * PostgreSQL's SQLSTATE.
 */
package dev.heimdall.engine.auth;
