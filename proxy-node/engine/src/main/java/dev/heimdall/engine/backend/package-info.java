/**
 * One server connection's state machine: connect, log in, carry session variables and prepared
 * statements, forward, reset. It routes replies to their owners and knows neither clients nor
 * pools.
 */
package dev.heimdall.engine.backend;
