/**
 * What is wrong at the moment: found in the last reports of nodes, with what it means for clients
 * and what to do about it. Shown on top of every page, on a page of its own, and to programs.
 */
package dev.heimdall.manager.problems;
