/* The Ethernet of the emulated ESP32. The SDK's glue opens an SPI bus first; it has no pins here. */
#include "ethernet.h"
#include "esp_eth_mac_openeth.h"

esp_eth_mac_t *mod_ethernet_get_mac(spi_device_interface_config_t device, int interruptPin)
{
	eth_mac_config_t config = ETH_MAC_DEFAULT_CONFIG();
	return esp_eth_mac_new_openeth(&config);
}

esp_eth_phy_t *mod_ethernet_get_phy(void)
{
	eth_phy_config_t config = ETH_PHY_DEFAULT_CONFIG();
	config.phy_addr = 1;
	config.autonego_timeout_ms = 100;
	/* ESP-IDF's default resets the PHY by pin 5: the gate's. */
	config.reset_gpio_num = -1;
	return esp_eth_phy_new_generic(&config);
}
