/**
 * Tests of clusters: what the node knows of a real primary and its replicas while they are
 * promoted, paused, killed and come back, and how nodes tell each other over a real Redis. Each
 * test has servers of its own, which it may break.
 */
package dev.heimdall.test.cluster;
