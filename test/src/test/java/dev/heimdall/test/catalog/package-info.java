/**
 * Tests of what the node knows of databases, against a real server. Statements are given as what a
 * parser says of them: parsing is tested elsewhere.
 */
package dev.heimdall.test.catalog;
