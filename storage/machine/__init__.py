"""What massicot has on its machine: settings, files for their owner alone, logs, the embedded store."""
