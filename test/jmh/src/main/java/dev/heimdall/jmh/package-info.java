/**
 * Cost of single operations of the data plane, by JMH. Nothing in here is part of a build or of a
 * test run.
 */
package dev.heimdall.jmh;
