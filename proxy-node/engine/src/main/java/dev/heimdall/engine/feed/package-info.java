/**
 * What others have found out about clusters and written down for the node: topology documents,
 * pushed to it or read from a store, checked, and passed on to those who watch clusters ({@link
 * dev.heimdall.engine.feed.TopologyFeed}). It decides nothing: who the writer is, servers say
 * themselves.
 */
package dev.heimdall.engine.feed;
