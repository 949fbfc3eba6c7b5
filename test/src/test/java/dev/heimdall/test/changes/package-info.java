/** Writes past the nodes: that kept results do not outlive them. */
package dev.heimdall.test.changes;
