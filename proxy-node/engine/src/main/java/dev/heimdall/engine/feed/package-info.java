/**
 * Reports of AWS on clusters, from all requesters: topology documents, pushed to the node, read
 * from a store, or made of replies to nodes, checked, put in order, and passed on to those who
 * watch clusters ({@link dev.heimdall.engine.feed.TopologyFeed}). It decides nothing: who the
 * writer is, servers say themselves.
 */
package dev.heimdall.engine.feed;
