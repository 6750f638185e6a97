using System.Collections.ObjectModel;
using System.Management.Automation;
using RescaleInterlink.Errors;
using SmaDriveNotFoundException = System.Management.Automation.DriveNotFoundException;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>One resolver behind <c>-Path</c>, <c>-LiteralPath</c> and <c>-Destination</c>. Pipeline thread only.</summary>
internal static class PathResolver
{
    /// <summary>Full paths of what <paramref name="path"/> names. Wildcards that match nothing are an error.</summary>
    /// <exception cref="RescaleException">SourceNotFound, ProviderNotSupported.</exception>
    public static IReadOnlyList<string> Resolve(PSCmdlet cmdlet, string path, bool literal)
    {
        if (literal)
            return [Literal(cmdlet, path)];

        Collection<string> found;
        ProviderInfo provider;
        try
        {
            found = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out provider);
        }
        catch (Exception e) when (e is ItemNotFoundException or SmaDriveNotFoundException or ProviderNotFoundException or ProviderInvocationException)
        {
            throw NotFound(path, e);
        }

        RequireFileSystem(provider, path);
        return found.Count > 0 ? found : throw NotFound(path, null);
    }

    /// <summary>The full path, which need not exist.</summary>
    /// <exception cref="RescaleException">DestinationInvalid, ProviderNotSupported.</exception>
    public static string Literal(PSCmdlet cmdlet, string path)
    {
        try
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            RequireFileSystem(provider, path);
            return Path.GetFullPath(full);
        }
        catch (Exception e) when (e is SmaDriveNotFoundException or ProviderNotFoundException or ProviderInvocationException or ArgumentException or NotSupportedException)
        {
            throw new RescaleException(ErrorIds.DestinationInvalid, ErrorKind.InvalidInput, $"'{path}' is not a path: {e.Message}", "Give a path on a FileSystem drive.", e);
        }
    }

    /// <summary>The session's current folder on disk, whatever drive it stands on.</summary>
    public static string CurrentFolder(PSCmdlet cmdlet) => cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    private static void RequireFileSystem(ProviderInfo provider, string path)
    {
        if (provider.Name != "FileSystem")
        {
            throw new RescaleException(
                ErrorIds.ProviderNotSupported, ErrorKind.InvalidInput,
                $"'{path}' belongs to the PowerShell provider '{provider.Name}'; only files on disk can be transferred.",
                "Give a path on a FileSystem drive.");
        }
    }

    private static RescaleException NotFound(string path, Exception? inner) => new(
        ErrorIds.SourceNotFound, ErrorKind.NotFound, $"'{path}' does not exist.",
        WildcardPattern.ContainsWildcardCharacters(path)
            ? "The path holds wildcard characters; give it with -LiteralPath when [ ] * ? are part of the name."
            : "Check the path.",
        inner);
}
