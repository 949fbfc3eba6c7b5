/**
 * Log-in of clients that speak PostgreSQL's protocol: the start-up packet, requests for encryption,
 * cancel requests, password and SASL messages. What is decided is the node's, in {@link
 * dev.heimdall.engine.client}.
 */
package dev.heimdall.engine.dialect.postgres.login;
