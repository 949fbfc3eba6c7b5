/**
 * Tells CloudWatch what virtual databases do that want it: their figures as metrics, log lines
 * about them as logs ({@link dev.heimdall.engine.cloudwatch.CloudWatch}). Everything waits in
 * bounded queues and is sent on threads of its own: what CloudWatch does not take in time is
 * dropped and counted, and no statement ever waits for it.
 */
package dev.heimdall.engine.cloudwatch;
