/** What instances have in common, whatever runs on them: how they are made and how they boot. */
package dev.heimdall.cdk.instance;
