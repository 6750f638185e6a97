using RescaleInterlink.Errors;
using IOPath = System.IO.Path;

namespace RescaleInterlink.Configuration;

/// <summary>Changes the files of the configuration. Two processes at once lose nothing of each other's; a reader sees a whole file.</summary>
/// <param name="places">Where the files lie.</param>
/// <param name="path">Full path of a config.csv; null for the one in its place.</param>
public sealed class ConfigurationStore(ConfigurationPlaces places, string? path = null)
{
    /// <summary>The config.csv that is written.</summary>
    public string Path { get; } = path ?? places.ConfigurationFile;

    /// <summary>Whether there is something to lose.</summary>
    public bool Exists => System.IO.Path.Exists(Path);

    /// <summary>Why it is not made anew.</summary>
    public RescaleException AlreadyThere() => ConfigurationErrors.Exists(Path);

    /// <param name="changes">Texts as <see cref="ConfigurationKey.Check"/> gives them; null puts the default back.</param>
    /// <returns>What was taken out of the file because it must not stand there, in words.</returns>
    /// <exception cref="RescaleException">ConfigurationInvalid, ConfigurationUnreadable, ConfigurationUnwritable, ConfigurationBusy.</exception>
    public Task<IReadOnlyList<string>> SetAsync(IReadOnlyDictionary<ConfigurationKey, string?> changes, CancellationToken cancellationToken)
        => WriteAsync(changes, anew: false, cancellationToken);

    /// <summary>Writes a file of defaults and these values; one that is there is replaced, whatever it holds.</summary>
    /// <exception cref="RescaleException">ConfigurationInvalid, ConfigurationUnwritable, ConfigurationBusy.</exception>
    public Task InitializeAsync(IReadOnlyDictionary<ConfigurationKey, string?> values, CancellationToken cancellationToken)
        => WriteAsync(values, anew: true, cancellationToken);

    private async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyDictionary<ConfigurationKey, string?> changes, bool anew, CancellationToken cancellationToken)
    {
        try
        {
            StateFolder.Create(IOPath.GetDirectoryName(Path)!);
            await using var held = await ConfigurationLock.TakeAsync(Path, cancellationToken).ConfigureAwait(false);
            PrivateFile.DeleteLeftovers(Path);
            PrivateFile.DeleteLeftovers(ConfigurationPlaces.OwnFileOf(Path));
            var source = path is null && !Exists ? places.ReadableConfigurationFile : Path;
            var file = anew ? new ConfigurationFile() : ConfigurationFile.Load(source);
            var ownPath = ConfigurationPlaces.OwnFileOf(Path);
            var own = anew ? OwnSettings.Empty() : OwnSettings.Load(ownPath);
            foreach (var (key, text) in changes)
            {
                if (key.IsOwn)
                    own.Set(key, text);
                else
                    file.Set(key, text);
            }

            RescaleConfiguration.RequireOnePattern(Path, file.Values);
            var writesShared = anew || changes.Keys.Any(static key => !key.IsOwn);
            if (writesShared)
                await PrivateFile.WriteAsync(Path, file.ToBytes(), secret: false, cancellationToken).ConfigureAwait(false);
            if (anew ? !own.IsEmpty || File.Exists(ownPath) : changes.Keys.Any(static key => key.IsOwn))
                await PrivateFile.WriteAsync(ownPath, own.ToBytes(), secret: false, cancellationToken).ConfigureAwait(false);
            return !writesShared ? [] : [.. file.Secrets.Select(secret => $"{secret} was taken out of '{Path}', where it must not stand. A key belongs into the token file: see Save-RescaleCredential.")];
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw ConfigurationErrors.Unwritable(Path, failure);
        }
    }
}
