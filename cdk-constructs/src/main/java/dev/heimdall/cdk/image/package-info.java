/** The machine image, as EC2 Image Builder makes it. */
package dev.heimdall.cdk.image;
