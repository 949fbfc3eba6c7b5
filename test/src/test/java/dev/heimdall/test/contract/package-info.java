/**
 * What every implementation of a seam must do: an abstract kit of tests for each seam, and a
 * subclass for each implementation. Nothing here knows how any of them works.
 */
package dev.heimdall.test.contract;
