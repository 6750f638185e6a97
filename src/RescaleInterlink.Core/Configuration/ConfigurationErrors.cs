using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>What can be wrong with the files of the configuration. Messages name files and keys, and never hold a value.</summary>
internal static class ConfigurationErrors
{
    public static bool IsFileFailure(Exception failure) => failure is IOException or UnauthorizedAccessException or NotSupportedException;

    public static RescaleException Invalid(string path, string how, Exception? inner = null) => new(
        ErrorIds.ConfigurationInvalid, ErrorKind.InvalidInput, $"The configuration '{path}' cannot be used: {how}.",
        "Correct the file, or make it anew with Initialize-RescaleConfiguration -Force.", inner);

    public static RescaleException NotFound(string path) => new(
        ErrorIds.ConfigurationNotFound, ErrorKind.NotFound, $"There is no configuration '{path}'.",
        "Check the path, or make one with Initialize-RescaleConfiguration.");

    public static RescaleException Exists(string path) => new(
        ErrorIds.ConfigurationExists, ErrorKind.AlreadyExists, $"There is a configuration '{path}' already.",
        "Change it with Set-RescaleConfiguration, or make it anew with -Force.");

    public static RescaleException Unreadable(string path, Exception failure) => new(
        ErrorIds.ConfigurationUnreadable, ErrorKind.LocalFile, $"The configuration '{path}' cannot be read: {failure.Message}",
        "Check the path and your permissions there.", failure);

    public static RescaleException Unwritable(string path, Exception failure) => new(
        ErrorIds.ConfigurationUnwritable, ErrorKind.LocalFile, $"The configuration '{path}' cannot be written: {failure.Message}",
        "Check the folder and your permissions there.", failure);

    public static RescaleException Busy(string path, TimeSpan waited) => new(
        ErrorIds.ConfigurationBusy, ErrorKind.State, $"Another process has been writing the configuration '{path}' for {waited.TotalSeconds:0} s.",
        "Wait until it has ended, or end it.");

    public static RescaleException UnknownName(string name) => new(
        ErrorIds.ConfigurationNameUnknown, ErrorKind.InvalidInput, $"There is no setting '{name}'.",
        $"Use one of {string.Join(", ", ConfigurationKeys.All.Select(static key => key.Name))}.");

    public static RescaleException BadValue(ConfigurationKey key, string wanted) => new(
        ErrorIds.ConfigurationValueInvalid, ErrorKind.InvalidInput, $"'{key.Name}' must be {wanted}.", "Give such a value, or none for the default.");
}
