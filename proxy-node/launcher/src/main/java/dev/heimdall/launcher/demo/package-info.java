/**
 * {@code heimdall demo}: databases, sample data, a node and a workload that shows it at work, from
 * start to end. Nothing here serves production.
 */
package dev.heimdall.launcher.demo;
