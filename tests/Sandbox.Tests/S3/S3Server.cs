using System.Net;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.S3;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>The endpoint on a real listener on loopback, over a repository in a folder of its own.</summary>
public sealed class S3Server : IAsyncLifetime
{
    public const string Bucket = "sandbox";

    private readonly string _folder = Directory.CreateTempSubdirectory("s3-tests-").FullName;
    private WebApplication? _host;

    public ShiftedTime Time { get; } = new();

    public ObjectRepository Objects { get; private set; } = null!;

    public TemporaryCredentials Credentials { get; private set; } = null!;

    public TemporaryCredential Credential { get; private set; } = null!;

    public Uri Url { get; private set; } = null!;

    /// <summary>The operations handled so far, as the host would see them.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Operations { get; } = new();

    public async ValueTask InitializeAsync() => await StartAsync();

    public async Task StartAsync()
    {
        Objects = new ObjectRepository(Path.Combine(_folder, "store"), Time);
        Credentials = new TemporaryCredentials(Path.Combine(_folder, "credentials"), Time);
        Credential ??= Credentials.Issue(TimeSpan.FromMinutes(15));
        var endpoint = new S3Endpoint(Objects, Credentials, new S3Options(), Time, NullLogger.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _host = builder.Build();
        _host.Run(async context =>
        {
            await endpoint.HandleAsync(context);
            Operations.Enqueue((string)context.Items[S3Operation.ItemKey]!);
        });
        await _host.StartAsync();
        Url = new Uri(_host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Stops the listener and opens everything again from disk.</summary>
    public async Task RestartAsync()
    {
        await _host!.DisposeAsync();
        await StartAsync();
    }

    /// <summary>An AWSSDK client; its own retries are off, so that a refusal is seen at once.</summary>
    public AmazonS3Client Client(bool pathStyle = true, Action<AmazonS3Config>? configure = null)
    {
        var config = new AmazonS3Config
        {
            ServiceURL = pathStyle ? Url.ToString() : $"http://localhost:{Url.Port}", ForcePathStyle = pathStyle, AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0, HttpClientFactory = new LoopbackClients(),
        };
        configure?.Invoke(config);
        return new AmazonS3Client(new SessionAWSCredentials(Credential.AccessKey, Credential.SecretKey, Credential.SessionToken), config);
    }

    public static byte[] RandomBytes(int length) => RandomNumberGenerator.GetBytes(length);

    /// <summary>How many files of content the store holds, staged ones too.</summary>
    public int CountContentFiles() => Directory.GetFiles(Path.Combine(_folder, "store", "content"), "*", SearchOption.AllDirectories).Length;

    /// <summary>Hex MD5 computed by itself: what S3's ETags are defined as.</summary>
    public static string Md5(ReadOnlySpan<byte> bytes)
    {
#pragma warning disable CA5351 // ETags are MD5 by definition.
        return Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Connects every name to loopback, so that bucket.localhost needs no name service.</summary>
    private sealed class LoopbackClients : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        });

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => true;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}

/// <summary>The system's clock, moved by an offset.</summary>
public sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
