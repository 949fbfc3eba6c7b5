/**
 * What is written to a data source past all nodes: feeds that hear of it ({@code ChangeFeed}), on
 * threads of their own, and what follows for kept results ({@code OutsideWrites}). How a server is
 * listened to is its dialect's ({@code ChangeProtocol}, {@code ChangeReader}).
 */
package dev.heimdall.engine.changes;
