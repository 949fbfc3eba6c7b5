/**
 * Common parts of all instances, regardless of their software: how they are made and how they boot.
 */
package dev.heimdall.cdk.instance;
