using System.Diagnostics;
using RescaleInterlink.Errors;

namespace RescaleInterlink.LocalSandbox;

/// <summary>Finds the <c>dotnet</c> program with the ASP.NET Core that the sandbox needs. The running process may be
/// <c>pwsh</c>, which brings a runtime of its own and is no such program.</summary>
internal sealed class DotnetHost(Func<string, string?> variable, IReadOnlyList<string> usualFolders)
{
    private const int AspNetMajor = 10;

    private static readonly string FileName = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

    public static DotnetHost OfThisMachine { get; } = new(Environment.GetEnvironmentVariable, UsualFolders());

    /// <summary>How to get what is missing, for this system.</summary>
    public static string InstallLine { get; } =
        OperatingSystem.IsWindows() ? "winget install Microsoft.DotNet.AspNetCore.10"
        : OperatingSystem.IsMacOS() ? "brew install --cask dotnet-sdk"
        : "curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 --runtime aspnetcore";

    public static RescaleException Missing(string what) => new(
        ErrorIds.SandboxRuntimeMissing,
        ErrorKind.MissingDependency,
        $"The sandbox needs ASP.NET Core {AspNetMajor}, {what}.",
        $"Install it with: {InstallLine}   (or from https://dotnet.microsoft.com/download/dotnet/10.0), or set DOTNET_ROOT to where it is.");

    /// <returns>Full path of a <c>dotnet</c> that has the runtime.</returns>
    /// <exception cref="RescaleException">SandboxRuntimeMissing.</exception>
    public async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        string? first = null;
        foreach (var candidate in Candidates().Distinct(StringComparer.Ordinal))
        {
            if (!File.Exists(candidate))
                continue;
            first ??= candidate;
            if (HasRuntimeBeside(candidate) || await ListsRuntimeAsync(candidate, cancellationToken).ConfigureAwait(false))
                return candidate;
        }

        throw Missing(first is null ? "and no 'dotnet' was found" : $"which '{first}' does not have");
    }

    private IEnumerable<string> Candidates()
    {
        if (variable("DOTNET_ROOT") is { Length: > 0 } root)
            yield return Path.Combine(root, FileName);
        if (variable("DOTNET_HOST_PATH") is { Length: > 0 } host)
            yield return host;
        foreach (var folder in (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return Path.Combine(folder.Trim('"'), FileName);
        foreach (var folder in usualFolders)
            yield return Path.Combine(folder, FileName);
    }

    /// <summary>The quick look: no process is started for it.</summary>
    private static bool HasRuntimeBeside(string dotnet)
    {
        // On PATH it is often a link into the real folder.
        var real = File.ResolveLinkTarget(dotnet, returnFinalTarget: true)?.FullName ?? dotnet;
        var shared = Path.Combine(Path.GetDirectoryName(real)!, "shared", "Microsoft.AspNetCore.App");
        return Directory.Exists(shared) && Directory.EnumerateDirectories(shared, $"{AspNetMajor}.*").Any();
    }

    /// <summary>The exact answer, for a <c>dotnet</c> that is a script or keeps its runtimes elsewhere.</summary>
    private static async Task<bool> ListsRuntimeAsync(string dotnet, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(dotnet, "--list-runtimes") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, CreateNoWindow = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(15));
        try
        {
            using var process = Process.Start(start)!;
            try
            {
                process.StandardInput.Close();
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                var listed = await process.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
                await errors.ConfigureAwait(false);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return listed.Split('\n').Any(static line => line.StartsWith($"Microsoft.AspNetCore.App {AspNetMajor}.", StringComparison.Ordinal));
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return false;
            }
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            // Not a program that can be started: not the one that is looked for.
            return false;
        }
    }

    private static List<string> UsualFolders()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "dotnet"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Microsoft", "dotnet")]
            : ["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet", "/opt/homebrew/bin", Path.Combine(home, ".dotnet")];
    }
}
