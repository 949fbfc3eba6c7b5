/** What tells people how a region's fleet is: alarms, and a dashboard. */
package dev.heimdall.cdk.watch;
