using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Configuration;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Keeps the state of one budget, and lets one at a time at it.</summary>
internal interface IBudgetLedger
{
    /// <summary>Whether other processes see it.</summary>
    bool IsShared { get; }

    /// <exception cref="BudgetUnavailableException">The state cannot be had at present.</exception>
    Task<BudgetAnswer> ExchangeAsync(BudgetRequest request);
}

internal sealed class BudgetUnavailableException(string place, string reason, Exception? inner = null)
    : Exception($"The rate limits in '{place}' cannot be shared: {reason}", inner);

/// <summary>For a client that was given no state folder: the budget is this process's own.</summary>
internal sealed class MemoryLedger(ScopeLimit limit, TimeProvider time) : IBudgetLedger
{
    private readonly object _gate = new();
    private readonly BudgetState _state = BudgetState.Full(limit, Uptime.Of(time));

    public bool IsShared => false;

    public Task<BudgetAnswer> ExchangeAsync(BudgetRequest request)
    {
        lock (_gate)
            return Task.FromResult(_state.Exchange(limit, request, Uptime.Of(time)));
    }
}

internal static class Uptime
{
    /// <summary>Since the machine was started, in units of 100 ns: the same in all processes, and untouched by whoever sets the clock.</summary>
    public static long Of(TimeProvider time) => time.GetElapsedTime(0, time.GetTimestamp()).Ticks;
}

/// <summary>
/// A file of this user's on this machine. It is opened without sharing, read, written and closed for each exchange, so that
/// a process that dies holds nothing.
/// </summary>
internal sealed class FileLedger : IBudgetLedger
{
    private const int LongestWait = 5;

    /// <summary>A budget that nobody used for so long is as full as a new one, whatever its scope.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    /// <summary>How long a disk may take, and how long others may be at the file. Real time, whatever the clock of the limits is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ScopeLimit _limit;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly Func<string, FileStream> _open;
    private Task _running = Task.CompletedTask;

    /// <param name="patience">Null for the usual 2 s.</param>
    /// <param name="open">Null for the file system's own; a test gives one that hangs.</param>
    public FileLedger(string path, ScopeLimit limit, TimeProvider time, TimeSpan? patience = null, Func<string, FileStream>? open = null)
        => (Path, _limit, _time, _patience, _open) = (path, limit, time, patience ?? Patience, open ?? (static path => OwnFile.Open(path, FileMode.Open)));

    public string Path { get; }

    public bool IsShared => true;

    /// <summary>One file for each machine, platform, key and scope. The key itself cannot be told from it: it goes by the hash of interop API 2.5.</summary>
    public static string PathOf(string stateFolder, Uri platform, ApiKey key, RateScope scope)
    {
        // A home directory may be shared by several machines, whose clocks have nothing in common.
        var place = SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName}\0{platform.AbsoluteUri}"));
        return System.IO.Path.Combine(stateFolder, "limits", $"{RateScopes.NameOf(scope)}-{key.Hash}-{Convert.ToHexString(place, 0, 4).ToLowerInvariant()}.v{BudgetFile.Version}");
    }

    public async Task<BudgetAnswer> ExchangeAsync(BudgetRequest request)
    {
        // A disk that hangs is asked nothing more until it has answered.
        if (!_running.IsCompleted)
            throw Unavailable("the disk has not answered yet.");
        var running = Task.Run(() => ExchangeAsync(request, TimeProvider.System.GetTimestamp()));
        _running = running;
        try
        {
            return await running.WaitAsync(_patience * 2).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Unavailable("the disk does not answer.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unavailable(failure.Message, failure);
        }
    }

    private async Task<BudgetAnswer> ExchangeAsync(BudgetRequest request, long start)
    {
        while (true)
        {
            try
            {
                using var file = _open(Path);
                var now = Uptime.Of(_time);
                var state = BudgetFile.Read(file, _limit) ?? BudgetState.Empty(now);
                var answer = state.Exchange(_limit, request, now);
                BudgetFile.Write(file, state);
                return answer;
            }
            catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
            {
                // Who takes leave of nothing makes nothing.
                if (request.Leaves)
                    throw;
                if (!TryMake())
                    await WaitForOthersAsync(start, null).ConfigureAwait(false);
            }
            catch (IOException busy) when (OwnFile.IsHeld(busy))
            {
                await WaitForOthersAsync(start, busy).ConfigureAwait(false);
            }
        }
    }

    private Task WaitForOthersAsync(long start, Exception? busy)
    {
        if (TimeProvider.System.GetElapsedTime(start) > _patience)
            throw Unavailable("another process does not let go of it.", busy);
        // At random, so that those who wait do not meet again and again.
        return Task.Delay(Random.Shared.Next(1, LongestWait));
    }

    /// <summary>Puts a full budget there, unless someone else has put one meanwhile. Never an empty file, which is what a torn one looks like.</summary>
    /// <returns>False while another process makes it.</returns>
    private bool TryMake()
    {
        var folder = System.IO.Path.GetDirectoryName(Path)!;
        StateFolder.Create(folder);
        DeleteStale(folder);
        FileStream turn;
        try
        {
            // File.Move looks first and moves then: of two that make one at once, the later would replace a budget that is in use already.
            turn = OwnFile.Open(Path + ".making", FileMode.OpenOrCreate, FileOptions.DeleteOnClose);
        }
        catch (IOException busy) when (OwnFile.IsHeld(busy))
        {
            return false;
        }

        using (turn)
        {
            if (File.Exists(Path))
                return true;
            var temporary = System.IO.Path.Combine(folder, System.IO.Path.GetRandomFileName());
            try
            {
                using (var file = OwnFile.Open(temporary, FileMode.CreateNew))
                    BudgetFile.Write(file, BudgetState.Full(_limit, Uptime.Of(_time)));
                File.Move(temporary, Path, overwrite: false);
            }
            finally
            {
                File.Delete(temporary);
            }
        }

        return true;
    }

    /// <summary>Budgets of keys that are used no more, of earlier versions, and what a process has left that was killed while it made one.</summary>
    private void DeleteStale(string folder)
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            try
            {
                if (_time.GetUtcNow() - file.LastWriteTimeUtc > StaleAfter)
                    file.Delete();
            }
            catch (Exception held) when (held is IOException or UnauthorizedAccessException)
            {
                // Another process is at it; it stays for the next time.
            }
        }
    }

    private BudgetUnavailableException Unavailable(string reason, Exception? inner = null) => new(System.IO.Path.GetDirectoryName(Path)!, reason, inner);
}
