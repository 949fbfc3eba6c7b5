package dev.heimdall.engine.rules;

import java.util.List;

/** One list of rules, those that are switched off included. */
record CompiledList(String name, boolean enabled, List<CompiledRule> rules) {}
