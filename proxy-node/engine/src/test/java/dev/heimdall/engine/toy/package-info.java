/**
 * A dialect for tests that is as unlike PostgreSQL's as the core has to bear: the server speaks
 * first, log-ins agree on capabilities, each request carries a token out of the last reply, one
 * request is answered before the next may come, statements have numbers that the server gives them,
 * and a cancel request travels on the connection itself.
 */
package dev.heimdall.engine.toy;
