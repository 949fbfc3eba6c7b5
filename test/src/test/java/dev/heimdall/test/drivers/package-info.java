/**
 * The same behaviours of PostgreSQL as the users of each driver see them, run through a node.
 * Nothing here may know how the node works: whatever passes against PostgreSQL must pass here.
 */
package dev.heimdall.test.drivers;
