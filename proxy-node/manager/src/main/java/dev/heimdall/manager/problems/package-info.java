/**
 * Current problems: found in the last reports of nodes, with their effect on clients and the action
 * to take. Shown on top of every page, on a page of its own, and to programs.
 */
package dev.heimdall.manager.problems;
