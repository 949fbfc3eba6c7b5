/**
 * Writes to a data source past all nodes: feeds that hear of them ({@code WriterFeed}), on threads
 * of their own, and the consequences for cached results ({@code OutsideWrites}). How a server is
 * listened to is its dialect's ({@code ChangeProtocol}, {@code ChangeReader}).
 */
package dev.heimdall.engine.changes;
