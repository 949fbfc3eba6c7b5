/** What the deployment file says of a region, handed to the constructs. */
package dev.heimdall.cdk.region;
