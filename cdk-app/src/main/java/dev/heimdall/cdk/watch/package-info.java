/** Monitoring of a region's fleet: alarms, and a dashboard. */
package dev.heimdall.cdk.watch;
