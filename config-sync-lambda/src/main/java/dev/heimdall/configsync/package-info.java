/**
 * Tells the nodes of a fleet what RDS has become: asked after each event, and by a schedule,
 * written down in a store, pushed to each node ({@link dev.heimdall.configsync.ConfigSync}). Only
 * {@link dev.heimdall.configsync.Handler} knows that a Lambda function does it.
 */
package dev.heimdall.configsync;
