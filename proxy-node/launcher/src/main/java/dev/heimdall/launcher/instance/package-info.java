/**
 * Actions of a node on an EC2 instance: it looks whether clients get to its ports, and drains
 * before its Auto Scaling group terminates the instance ({@link
 * dev.heimdall.launcher.instance.InstanceWatch}). None of it keeps a node from starting.
 */
package dev.heimdall.launcher.instance;
