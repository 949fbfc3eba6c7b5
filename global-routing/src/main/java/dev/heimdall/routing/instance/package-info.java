/**
 * The EC2 instance that a process runs on: what its metadata say ({@link
 * dev.heimdall.routing.instance.InstanceMetadata}), and what AWS does with it. Nothing here knows a
 * proxy, and nothing here is needed off EC2.
 */
package dev.heimdall.routing.instance;
