using System.Diagnostics.CodeAnalysis;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The few services that Kestrel's TLS asks its container for; the rest of the sandbox needs no container.</summary>
internal static class TlsServices
{
    [SuppressMessage("Reliability", "CA2000", Justification = "The container lives as long as the process.")]
    public static IServiceProvider Create(ILoggerFactory log)
    {
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddSingleton(log);
        services.AddSingleton<IHostEnvironment>(new Microsoft.Extensions.Hosting.Internal.HostingEnvironment());
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        new Collector(services).UseKestrelCore();
        return services.BuildServiceProvider();
    }

    /// <summary>A web host builder that only collects what an extension registers.</summary>
    private sealed class Collector(IServiceCollection services) : IWebHostBuilder
    {
        public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
        {
            configureServices(services);
            return this;
        }

        public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
        {
            configureServices(new WebHostBuilderContext(), services);
            return this;
        }

        [Obsolete("No host is ever built.")]
        public IWebHost Build() => throw new NotSupportedException();
        public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;
        public string? GetSetting(string key) => null;
        public IWebHostBuilder UseSetting(string key, string? value) => this;
    }
}
