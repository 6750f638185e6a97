using System.ComponentModel;
using System.Diagnostics;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;

namespace RescaleInterlink.LocalSandbox;

/// <summary>Ends one sandbox: by asking, then by force, and never another process that has got its number.</summary>
internal static class SandboxStopper
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    // The sandbox itself gives Azurite 15 s to write its data down; whoever ends it before that loses them.
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(25);

    public static async Task StopAsync(SandboxInstance instance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instance);
        using var process = ProcessIdentity.TryOpen(instance.ProcessId, instance.ProcessStartTime);
        if (process is null)
        {
            Forget(instance);
            throw new RescaleException(ErrorIds.SandboxNotRunning, ErrorKind.NotFound, $"The sandbox at {instance.ApiUrl} does not run any more.", "Nothing is left to do.");
        }

        var asked = await AskAsync(instance, cancellationToken).ConfigureAwait(false);
        if (!asked || !await EndsAsync(process, instance, cancellationToken).ConfigureAwait(false))
        {
            Kill(process);
            if (!await EndsAsync(process, instance, cancellationToken).ConfigureAwait(false))
                throw new RescaleException(ErrorIds.SandboxStopFailed, ErrorKind.State, $"The process {instance.ProcessId} of the sandbox does not end.", $"End the process {instance.ProcessId} by hand.");
        }

        Forget(instance);
    }

    private static async Task<bool> AskAsync(SandboxInstance instance, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTime);
        using var client = new HttpMessageInvoker(HttpTransport.Create(new NetworkOptions(instance.CertificatePath)));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(instance.ApiUrl, "/sandbox/stop/"));
        request.Headers.TryAddWithoutValidation("Authorization", new ApiKey(instance.ApiKey).AuthorizationHeader);
        try
        {
            using var response = await client.SendAsync(request, limit.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It may have ended in the middle of its answer, or hang; whoever waits for its end finds out.
            return false;
        }
    }

    private static async Task<bool> EndsAsync(Process process, SandboxInstance instance, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(EndTime);
        try
        {
            // Not WaitForExit alone: a process that this one did not start may stay a zombie.
            while (!process.HasExited && ProcessIdentity.IsAlive(instance.ProcessId, instance.ProcessStartTime))
                await Task.Delay(20, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself, or cannot be ended; the wait that follows tells which.
        }
    }

    private static void Forget(SandboxInstance instance)
    {
        if (instance.StatePath is { } file && SandboxRegistry.Read(file) is { } written && written.ProcessId == instance.ProcessId)
            SandboxRegistry.Remove(file);
    }
}
