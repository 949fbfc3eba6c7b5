/**
 * The pages of the nodes: all of them, one of them, and how far a change of the configuration has
 * come. They say what the last reports say, and are loaded again part by part while one looks.
 */
package dev.heimdall.manager.nodes;
