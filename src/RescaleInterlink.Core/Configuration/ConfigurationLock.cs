using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Configuration;

/// <summary>Held by whoever reads a configuration in order to write it: an empty file beside it, open without sharing. The operating
/// system lets go of it when the process dies. The Go tool knows nothing of it.</summary>
internal sealed class ConfigurationLock : IAsyncDisposable
{
    /// <summary>A change takes milliseconds; a process that was suspended in the middle of one is not waited for any longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private ConfigurationLock(FileStream file) => _file = file;

    /// <exception cref="Errors.RescaleException">ConfigurationBusy.</exception>
    public static async Task<ConfigurationLock> TakeAsync(string configuration, CancellationToken cancellationToken)
    {
        // It stays when it is let go of: were it deleted, two could each hold one of the same name.
        var path = Path.Combine(Path.GetDirectoryName(configuration)!, $".{Path.GetFileName(configuration)}.lock");
        for (var waited = TimeSpan.Zero; ; waited += BetweenTries)
        {
            try
            {
                return new ConfigurationLock(OwnFile.Open(path, FileMode.OpenOrCreate));
            }
            catch (IOException held) when (OwnFile.IsHeld(held))
            {
                if (waited >= Longest)
                    throw ConfigurationErrors.Busy(configuration, waited);
                await Task.Delay(BetweenTries, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
