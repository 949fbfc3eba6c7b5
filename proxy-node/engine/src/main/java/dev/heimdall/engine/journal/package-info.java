/**
 * What a client has sent to servers and is not settled: units, each answered as a whole, how much
 * of its answer each has had, and what may be done about a unit when its answer fails to come. It
 * knows neither clients nor connections nor any protocol.
 */
package dev.heimdall.engine.journal;
