#if AZURECORE
namespace Clashing.AzureCore;
#elif AWSSDKCORE
namespace Clashing.AwsSdkCore;
#else
namespace Clashing.NewtonsoftJson;
#endif

/// <summary>Shows which assembly answers to the name.</summary>
public static class Probe
{
    public static string Call() => typeof(Probe).Assembly.GetName().ToString();
}
