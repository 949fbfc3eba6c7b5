/** Settings of a region in the deployment file, passed to the constructs. */
package dev.heimdall.cdk.region;
