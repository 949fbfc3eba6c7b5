/**
 * What AWS says of clusters, whoever has asked: topology documents, pushed to the node, read from a
 * store, or made of what nodes were answered, checked, put in order, and passed on to those who
 * watch clusters ({@link dev.heimdall.engine.feed.TopologyFeed}). It decides nothing: who the
 * writer is, servers say themselves.
 */
package dev.heimdall.engine.feed;
