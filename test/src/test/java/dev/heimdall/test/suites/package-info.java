/**
 * Test suites of others, PostgreSQL's own and those of drivers, run directly and through a node.
 * What differs is listed with its reason in docs/differences.md, and each run is held to that list.
 */
package dev.heimdall.test.suites;
