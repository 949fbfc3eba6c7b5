/**
 * Unsettled messages that a client has sent to servers: units, each answered as a whole, the part
 * of its answer that each has had, and the recovery of a unit when its answer fails to come. It
 * knows neither clients nor connections nor any protocol.
 */
package dev.heimdall.engine.journal;
